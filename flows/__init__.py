"""What is run, when and where: the flow, its parameters, its deployments, the command."""
