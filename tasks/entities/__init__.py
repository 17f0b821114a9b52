"""Optional step after load: the people, organisations and places that articles name, by a spaCy model of the user's."""
