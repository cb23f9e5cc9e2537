"""Prints what translate-toolkit reads in a file, as JSON: by address the source, the translation, and whether it is fuzzy."""

import json
import sys

from translate.storage import csvl10n, po, tmx, xliff

path = sys.argv[1]
if path.endswith(".po"):
    units = [(unit.getcontext(), unit) for unit in po.pofile.parsefile(path).units if not unit.isheader()]
elif path.endswith(".xlf"):
    units = [(unit.getid().split("\x04")[-1], unit) for unit in xliff.xlifffile.parsefile(path).units]
elif path.endswith(".tmx"):
    units = [(unit.xmlelement.get("tuid"), unit) for unit in tmx.tmxfile.parsefile(path).units]
else:
    units = [(unit.id, unit) for unit in csvl10n.csvfile.parsefile(path).units if not unit.isheader()]
found = {address: (str(unit.source), str(unit.target or ""), bool(unit.isfuzzy())) for address, unit in units}
json.dump(found, sys.stdout)
