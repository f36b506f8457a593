"""cpython_tests.py FOLDER NAME...: tests of CPython's own suite, in FOLDER, without going to the Internet. Prints what became of them as JSON."""
import json
import os
import sys
import unittest

from test import support

os.chdir(sys.argv[1])
tests = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[2:])
support.use_resources = {}  # from here on: whole files ask for "network" when all they want is a socket
result = unittest.TestResult()
tests.run(result)
bad = {test.id(): trace for test, trace in result.failures + result.errors}
print(json.dumps({"run": result.testsRun, "skipped": len(result.skipped), "bad": bad}))
