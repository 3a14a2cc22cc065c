"""Errors that a user can cause and mend; the command prints them without a traceback."""


class PipelineError(Exception):
    """Base of every error this package raises on purpose: says what, where, and what now."""


class InputError(PipelineError):
    """An argument, path or file given by the user cannot be used as it is."""


class ResourceError(PipelineError):
    """A file that ships with the package is missing or not what it should be."""


class RunError(PipelineError):
    """A run folder cannot be written, read or continued."""


class GoldError(PipelineError):
    """A gold file breaks its format or its own offsets."""


class CorpusError(PipelineError):
    """A file of the training corpus breaks its format, or an annotation does not fit its text."""
