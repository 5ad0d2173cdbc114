"""The devices of the laser simulator, written out: a new one must be listed here to be tested."""

DEVICES = (
    "photodiode",
    "microphone",
    "oct",
    "coaxial_camera",
    "opening",
    "infrared",
    "spectrometer",
    "noise",
    "back_diode",
)
