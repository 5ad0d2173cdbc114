"""OpenCV, imported when it is needed and without its own lines on stderr: what matters is raised."""

import os
from types import ModuleType


def opencv() -> ModuleType:
    """The module `cv2`. FFmpeg, which is part of it, prints a line for every odd byte unless told before."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2
