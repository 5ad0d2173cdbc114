"""Wavelet packets against PyWavelets, the MATLAB coefficients that it publishes, and known signals."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import pywt
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.errors import SignalError
from weldfusion.signals import wavelet_packets as subject
from weldfusion.signals.wavelet_packets import (
    PacketTree,
    energies,
    packet_energies,
    reconstruct_packets,
    wavelet_packets,
)

WAVELETS = pywt.wavelist(kind="discrete")
MODES = pywt.Modes.modes
MATLAB = Path(pywt.__file__).parent / "tests" / "data" / "dwt_matlabR2012a_result.npz"
MATLAB_MODES = {
    "zero": "zpd",
    "constant": "sp0",
    "symmetric": "sym",
    "reflect": "symw",
    "periodic": "ppd",
    "smooth": "sp1",
    "periodization": "per",
    "antisymmetric": "asym",
    "antireflect": "asymw",
}


def noise(*shape, key=0):
    return np.random.Generator(np.random.PCG64(key)).normal(size=shape)


def peer(x, tree):
    tree_of_peer = pywt.WaveletPacket(x, tree.wavelet, tree.mode, maxlevel=tree.level, axis=-1)
    nodes = tree_of_peer.get_level(tree.level, {"frequency": "freq", "natural": "natural"}[tree.order])
    return np.stack([node.data for node in nodes], axis=-2), [node.path for node in nodes]


def assert_equal(found, expected, tolerance):
    scale = max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(found / scale, expected / scale, rtol=0, atol=tolerance)


@pytest.fixture(params=["matrix", "one by one", "abreast"])
def signals(request, monkeypatch):
    """How many signals take each way of computing, at any length."""
    monkeypatch.setattr(subject, "LONGEST_MATRIX", 10_000 if request.param == "matrix" else 0)
    return subject.ABREAST if request.param == "abreast" else 2


@pytest.mark.parametrize("mode", MODES)
def test_every_wavelet_equals_pywt(mode, signals):
    for number, wavelet in enumerate(WAVELETS):
        samples, level = ((20, 3), (21, 2), (8, 3), (33, 1))[number % 4]
        tree = PacketTree(wavelet, level, mode, ("frequency", "natural")[number % 2])
        x = noise(signals, samples, key=number)
        expected, paths = peer(x, tree)
        assert tree.paths() == paths
        assert_equal(wavelet_packets(x, tree), expected, 1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_float32_equals_pywt(mode, signals):
    for number, wavelet in enumerate(WAVELETS):
        tree = PacketTree(wavelet, 2, mode)
        x = noise(signals, 40, key=number).astype(np.float32)
        found, expected = wavelet_packets(x, tree), peer(x.astype(np.float64), tree)[0]
        assert found.dtype == np.float32
        assert_equal(found, expected, 1e-5)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(WAVELETS),
    st.sampled_from(MODES),
    st.integers(1, 5),
    st.integers(2, 700),
    st.sampled_from([1, 16, 19]),
)
def test_any_length_and_level_equals_pywt(wavelet, mode, level, samples, signals):
    tree = PacketTree(wavelet, level, mode)
    x = noise(signals, max(samples, tree.bands), key=samples)
    assert_equal(wavelet_packets(x, tree), peer(x, tree)[0], 1e-12)


def test_published_coefficients_of_matlab():
    """The protocol of pywt's own test: its random numbers, its lengths, its tolerance of 1e-10."""
    published = np.load(MATLAB)
    generator = np.random.RandomState(1234)
    compared = 0
    families = ("db", "sym", "coif", "bior", "rbio")
    for wavelet in [name for family in families for name in pywt.wavelist(family)]:
        taps = pywt.Wavelet(wavelet).dec_len
        for samples in (taps, taps + 1):
            x = generator.randn(samples)
            for mode, matlab in MATLAB_MODES.items():
                found = wavelet_packets(x, PacketTree(wavelet, 1, mode))
                for band, name in zip(found, ("ma", "md"), strict=True):
                    expected = published[f"{matlab}_{wavelet}_{samples}_{name}_pywtCoeffs"]
                    assert np.sqrt(np.mean(np.square(band - np.ravel(expected)))) < 1e-10
                    compared += 1
    assert compared == 3744


def test_published_tree_of_pywt():
    x = np.arange(1.0, 9.0)
    found = wavelet_packets(x, PacketTree("db1", 1))
    np.testing.assert_allclose(found[0], [2.12132034356, 4.949747468306, 7.778174593052, 10.606601717798])
    two = dict(zip(PacketTree("db1", 2).paths(), wavelet_packets(x, PacketTree("db1", 2)), strict=True))
    np.testing.assert_allclose(two["aa"], [5.0, 13.0])
    np.testing.assert_allclose(two["ad"], [-2.0, -2.0])
    assert wavelet_packets(x, PacketTree("db1", 3))[0] == pytest.approx([12.727922061358])
    assert PacketTree("db1", 3).paths() == ["aaa", "aad", "add", "ada", "dda", "ddd", "dad", "daa"]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([name for name in WAVELETS if name != "dmey"]),
    st.sampled_from(MODES),
    st.sampled_from(["frequency", "natural"]),
    st.integers(1, 4),
    st.integers(16, 300),
)
def test_reconstruction_gives_the_signal_back(wavelet, mode, order, level, samples):
    tree = PacketTree(wavelet, level, mode, order)
    x = noise(2, 2, samples, key=samples)
    coefficients = wavelet_packets(x, tree)
    scale = max(1.0, np.abs(coefficients).max())
    np.testing.assert_allclose(reconstruct_packets(coefficients, tree, samples), x, atol=1e-9 * scale)


def test_db3_round_trip_of_pywt():
    x, tree = np.arange(512.0), PacketTree("db3", 3, "smooth")
    np.testing.assert_allclose(reconstruct_packets(wavelet_packets(x, tree), tree, 512), x, atol=1e-9)


def test_reconstruction_without_some_bands_filters_them_out():
    time = np.arange(4096) / 4096
    slow, fast = np.sin(2 * np.pi * 40 * time), np.sin(2 * np.pi * 1800 * time)
    tree = PacketTree("db20", 3)
    coefficients = wavelet_packets(slow + fast, tree)
    coefficients[4:] = 0
    np.testing.assert_allclose(
        reconstruct_packets(coefficients, tree, 4096)[200:-200], slow[200:-200], atol=0.01
    )


@pytest.mark.parametrize("order", ["frequency", "natural"])
def test_a_tone_lies_in_its_band(order):
    rate, tree = 8000.0, PacketTree("db20", 3, order=order)
    for hertz in (250, 750, 1250, 2250, 3750):
        found = packet_energies(np.sin(2 * np.pi * hertz * np.arange(8000) / rate), tree)
        low, high = tree.edges_hz(rate)[found.argmax()]
        assert low < hertz < high
        assert found.max() > 0.85 * found.sum()


@pytest.mark.parametrize("mode", ["symmetric", "periodization"])
@pytest.mark.parametrize("wavelet", ["haar", "db4", "sym8", "coif3"])
def test_a_click_lies_at_its_time(wavelet, mode):
    tree, rate = PacketTree(wavelet, 4, mode), 1000.0
    x = np.zeros(1000)
    x[600] = 1.0
    power = np.square(wavelet_packets(x, tree)).sum(axis=0)
    centre = (power * tree.times_s(1000, rate)).sum() / power.sum()
    assert centre == pytest.approx(0.600, abs=0.008)


def test_energies_of_an_orthogonal_wavelet_add_up():
    x = noise(5, 256)
    for samples in (32, 256):
        part = x[:, :samples]
        found = packet_energies(part, PacketTree("sym5", 4, "periodization"))
        np.testing.assert_allclose(found.sum(axis=-1), np.square(part).sum(axis=-1))


@pytest.mark.parametrize("samples", [20, 500])
def test_energies_are_those_of_the_coefficients_in_blocks(samples, monkeypatch):
    x, tree = noise(7, 3, samples).astype(np.float32), PacketTree("db2", 2)
    whole = energies(wavelet_packets(x, tree))
    monkeypatch.setattr(subject, "BLOCK_SAMPLES", 4 * samples)
    found = packet_energies(x, tree)
    assert (found.shape, found.dtype) == ((7, 3, 4), np.float32)
    np.testing.assert_allclose(found, whole, rtol=1e-5)


def test_threads_change_no_bit_and_batches_no_number(monkeypatch):
    x, tree = noise(25, 2, 300), PacketTree("db4", 4, "antireflect")
    monkeypatch.setattr(subject, "BLOCK_SAMPLES", 600)
    one = wavelet_packets(x, tree, threads=1)
    np.testing.assert_array_equal(wavelet_packets(x, tree, threads=3), one)
    np.testing.assert_allclose(wavelet_packets(x[4, 1], tree), one[4, 1], atol=1e-12)
    np.testing.assert_allclose(wavelet_packets(x[:, 0, ::-1][:, ::-1], tree), one[:, 0], atol=1e-12)


def test_from_several_threads_at_once():
    x, tree = noise(8, 20, 200), PacketTree("sym4", 3)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda rows: wavelet_packets(rows, tree), x))
    np.testing.assert_allclose(np.stack(found), wavelet_packets(x, tree), atol=1e-12)


def test_input_stays_and_integers_are_taken():
    x = np.arange(200)
    before = x.copy()
    found = wavelet_packets(x, PacketTree())
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(found, wavelet_packets(x.astype(float), PacketTree()))
    assert wavelet_packets(np.empty((0, 100)), PacketTree()).shape == (0, 8, 18)
    assert packet_energies(np.empty((0, 100)), PacketTree()).shape == (0, 8)


def test_unusable_input_is_told():
    with pytest.raises(SignalError, match="did you mean db4"):
        PacketTree("db4x")
    with pytest.raises(SignalError, match="did you mean symmetric"):
        PacketTree(mode="symetric")
    with pytest.raises(SignalError, match="order"):
        PacketTree(order="freq")
    with pytest.raises(SignalError, match="level"):
        PacketTree(level=0)
    with pytest.raises(SignalError, match="7 samples along time, needed are at least 8"):
        wavelet_packets(np.ones(7), PacketTree(level=3))
    with pytest.raises(SignalError, match="NaN"):
        wavelet_packets(np.array([1.0, np.nan] * 8), PacketTree())
    with pytest.raises(SignalError, match=r"of 100 samples have \(\.\.\., 8, 18\)"):
        reconstruct_packets(np.ones((8, 17)), PacketTree(), 100)
