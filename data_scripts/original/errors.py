"""What can go wrong with original data; each message says what, where and what to do."""


class OriginalError(RuntimeError):
    """Original data can't be had or can't be used; the base of all errors below."""


class MissingDataError(OriginalError):
    """A data set has not been fetched yet; the message names the command."""


class DownloadError(OriginalError):
    """A file could not be downloaded, or is not what it should be."""


class ArchiveError(OriginalError):
    """An archive is damaged, or holds what it must not hold; nothing of it was kept."""


class DataError(OriginalError):
    """Files are there, but their content is not laid out as the course needs it."""
