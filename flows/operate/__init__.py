"""Operations: schedules, deployments, backfills, maintenance, checks of the installation."""
