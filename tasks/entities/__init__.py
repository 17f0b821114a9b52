"""Optional step after load: the people, organisations and places in articles, found by the user's spaCy model."""
