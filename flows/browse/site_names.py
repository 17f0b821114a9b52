"""The site of a page, as SQL over the ledger and the articles.

A site is the host of an address, without `www.`, or the folder of pages that have none.
"""

_HOST = "lower(split_part(split_part(url, '/', 3), ':', 1))"
_FOLDER = "lower(parse_dirpath(split_part(source_uri, '#', 1)))"
SITE_NAME = f"coalesce(nullif(case when starts_with({_HOST}, 'www.') then {_HOST}[5:] else {_HOST} end, ''), {_FOLDER})"
# the search for a part of the text takes a fifth of the time, and leaves few rows of which the site is read
IS_OF_SITE = f"(contains(lower(url), ?) or contains(lower(source_uri), ?)) and {SITE_NAME} = ?"
