"""Runs one module of CPython's own tests: `cpython.py MODULE RECORD [DONE]...`, in the process under test.

Each test that begins, and each result, becomes a line of RECORD: what happened, a space, the test's name. Whoever reads
it knows which test hangs or took the process down; tests named as DONE are left out, so that the rest can be run.
"""
import faulthandler
import sys
import unittest


class Recorder(unittest.TextTestResult):
    """Later words on a test outweigh earlier ones, but that it went wrong stays."""

    def startTest(self, test):
        super().startTest(test)
        self.bad = False
        self.record("begins", test)

    def record(self, word, test):
        print(word, test.id(), file=record, flush=True)

    def went_wrong(self, word, test):
        self.bad = True
        self.record(word, test)

    def addError(self, test, error):
        super().addError(test, error)
        self.went_wrong("error", test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.went_wrong("failure", test)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            self.went_wrong("failure", test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.record("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if not self.bad:
            self.record("skipped", test)

    def addExpectedFailure(self, test, error):
        super().addExpectedFailure(test, error)
        self.record("expected", test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.went_wrong("unexpected", test)


def tests_of(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


if __name__ == "__main__":
    name, path, done = sys.argv[1], sys.argv[2], set(sys.argv[3:])
    record = open(path, "a")
    del sys.argv[1:]
    faulthandler.enable()
    suite = unittest.defaultTestLoader.loadTestsFromName("test." + name)
    rest = unittest.TestSuite(test for test in tests_of(suite) if test.id() not in done)
    unittest.TextTestRunner(verbosity=2, resultclass=Recorder).run(rest)
    print("ends", name, file=record, flush=True)
