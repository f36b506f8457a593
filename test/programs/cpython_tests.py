"""cpython_tests.py FOLDER NAME...: runs tests of CPython's own suite in FOLDER without using the Internet. Prints the results as JSON."""
import json
import os
import sys
import unittest

from test import support

support.LOOPBACK_TIMEOUT = support.SHORT_TIMEOUT = 60.0  # the limits are for a machine that does nothing else
os.chdir(sys.argv[1])
tests = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[2:])
support.use_resources = {}  # set after loading: some files ask for "network" although they only need a socket
result = unittest.TestResult()
tests.run(result)
bad = {test.id(): trace for test, trace in result.failures + result.errors}
print(json.dumps({"run": result.testsRun, "skipped": len(result.skipped), "bad": bad}))
