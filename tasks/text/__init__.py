"""What all steps know about text: dates, languages, names of people, publishers and agencies."""
