"""What all steps know about text: dates, languages, names of publishers and agencies."""
