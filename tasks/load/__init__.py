"""Articles that passed in; a published dataset out: written aside, audited, made visible in one step."""
