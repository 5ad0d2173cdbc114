"""Look at one recording: decompositions, spectrograms, wavelet packets, shapes in frames, synchronisation.

Takes a data folder or one file, gives numbers and a picture in files; may import all stations above `run`."""
