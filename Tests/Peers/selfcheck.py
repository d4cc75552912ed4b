#!/usr/bin/env python3
"""Checks the tool itself; needs neither a peer nor our program, only numpy and pillow."""

import itertools
import json
import math
import sys
import unittest
from unittest import mock

import compare
import golden
import models
import ncnn_graph
import numpy as np
import ours
import parameters
import timing
import topology
import worker
from comparison import BEST, OURS, Comparison, Measured, PeerFacts
from errors import ComparisonError, ExitCode
from goals import goals
from peer import DeformConv, PeerEntry
from rounds import Summary, geometric_mean, order
from worker import Description

NETWORK = "efgrnet-vgg16-320-coco"


class Rounds(unittest.TestCase):
    """Orders and intervals."""

    def test_every_side_has_every_place_equally_often(self):
        for sides in (list("AB"), list("ABC"), list("ABCDE")):
            orders = [order(sides, index) for index in range(2 * len(sides))]
            for place in range(len(sides)):
                self.assertEqual(sorted(row[place] for row in orders), sorted(sides * 2))

    def test_every_side_runs_before_each_other_as_often_as_after_it(self):
        orders = [order(list("ABCDE"), index) for index in range(6)]
        for first, second in itertools.permutations("ABCDE", 2):
            before = sum(row.index(first) < row.index(second) for row in orders)
            self.assertEqual(before, 3)

    def test_intervals_hold_the_median_and_no_narrower_pair_does(self):
        for count in range(6, 40):
            values = list(range(count))
            summary = Summary.of(values[::-1])
            low, high = int(summary.low), int(summary.high)
            self.assertEqual(high, count - 1 - low)
            self.assertAlmostEqual(summary.confidence, _coverage(count, low))
            self.assertGreaterEqual(summary.confidence, 0.95)
            self.assertLess(_coverage(count, low + 1), 0.95)

    def test_few_values_say_what_they_are_worth(self):
        self.assertEqual(Summary.of([3, 1, 2]), Summary(2, 1, 3, 0.75))
        self.assertEqual(Summary.of([1]).confidence, 0)

    def test_clock_counts_enough_calls(self):
        calls = []
        with mock.patch("time.perf_counter_ns", lambda: len(calls) * 50_000):
            ns = timing.median_ns(lambda: calls.append(1), timing.Plan(0.001, 0.002))
        self.assertEqual(ns, 50_000)
        self.assertGreaterEqual(len(calls), 60)


def _coverage(count: int, rank: int) -> float:
    """How probably the (rank+1)-th smallest and largest of some values enclose the median."""
    return sum(math.comb(count, k) for k in range(rank + 1, count - rank)) / 2**count


class Network(unittest.TestCase):
    """The network as the builders see it against the goldens, which others wrote."""

    def test_every_layer_is_its_golden(self):
        for network in ("efgrnet-vgg16-320-coco", "efgrnet-vgg16-512-coco"):
            recorder = topology.Recorder()
            topology.define(recorder, topology.size_and_classes(network)[1])
            self.assertEqual(len(recorder.layers), 59)
            for name, attributes in recorder.layers.items():
                case = golden.load_layer(network, name)
                self.assertEqual(attributes.get("stride", 1), case.stride, name)
                self.assertEqual(attributes.get("dilation", 1), case.dilation, name)
                self.assertEqual(attributes.get("relu", True), case.relu, name)
                outputs = attributes.get("outputs") or case.output_shape[1]
                self.assertEqual(outputs, case.output_shape[1], name)

    def test_operations_add_up(self):
        macs = {"conv2d": 0, "deform_conv2d": 0}
        for name in golden.layer_names(NETWORK, "*"):
            case = golden.load_layer(NETWORK, name)
            macs[case.kind] += case.macs
        self.assertEqual(round(macs["conv2d"] * 1e-6), 45190)
        self.assertEqual(round(macs["deform_conv2d"] * 1e-6), 2905)

    def test_globs_are_efgrbenchs(self):
        names = golden.layer_names(NETWORK, "conv{1,2}_?,deform*,head1.loc")
        wanted = ["conv1_1", "conv1_2", "conv2_1", "conv2_2"]
        wanted += ["deform1", "head1.loc", "deform2", "deform3", "deform4"]
        self.assertEqual(names, wanted)
        for glob in ("conv9_9", "head1xloc", "{", ""):
            with self.assertRaises(ValueError, msg=glob):
                golden.layer_names(NETWORK, glob)
        with self.assertRaises(ValueError):
            golden.layer_names("efgrnet-vgg16-320-voc", "*")

    def test_folding_a_norm_changes_nothing_but_rounding(self):
        case = golden.load_layer(NETWORK, "conv8_1")
        x = case.inputs["input"][0, :, :2, :2].astype(np.float64)
        weight, bias = (
            tensor.astype(np.float64) for tensor in parameters.folded(case.parameters, "conv8_1")
        )
        own = np.einsum("oiyx,ihw->ohw", weight, x) + bias[:, None, None]
        plain = np.einsum("oiyx,ihw->ohw", case.parameters["conv8_1.weight"], x)
        scale, shift = parameters.norm_scale_and_shift(case.parameters, "conv8_1")
        expected = plain * scale[:, None, None] + shift[:, None, None]
        # Each of 1024 weights is rounded to float32 once.
        bound = 2.0**-24 * np.einsum("oiyx,ihw->ohw", np.abs(weight), np.abs(x))
        bound += 2.0**-24 * np.abs(bias)[:, None, None]
        self.assertTrue((np.abs(own - expected) <= 1.01 * bound).all())


class NcnnFile(unittest.TestCase):
    """The rules of ncnn's .param files."""

    def test_every_tensor_has_one_writer_and_at_most_one_reader(self):
        model = models.whole_network(NETWORK, golden.load_network())
        text, weights, outputs = ncnn_graph.build(model)
        magic, counts, *lines = text.splitlines()
        written, read, names = [], [], []
        for line in lines:
            _, name, inputs, made, *rest = line.split()
            names.append(name)
            inputs, made = int(inputs), int(made)
            self.assertLessEqual(set(rest[:inputs]), set(written), line)
            read += rest[:inputs]
            written += rest[inputs : inputs + made]
        self.assertEqual(magic, "7767517")
        self.assertEqual(counts, f"{len(lines)} {len(written)}")
        for list_of_names in (written, names, [*read, *outputs.values()]):
            self.assertEqual(len(list_of_names), len(set(list_of_names)))
        self.assertLessEqual(set(outputs.values()), set(written))
        self.assertEqual(list(outputs), list(topology.OUTPUTS))
        self.assertGreater(len(weights), 4 * 49_000_000)


def _measured(name, kind, macs, times, replaced=()):
    """Rounds of nanoseconds by side, ours among them."""
    errors = {side: 1e-6 for side in times[0] if side != OURS}
    return Measured(name, errors, frozenset(replaced), kind, macs, "direct", times)


def _comparison(whole, layers, threads=2):
    peers = [
        PeerFacts(key, key, "1", Description(deform, {}, 1000.0))
        for key, deform in (
            ("torch", DeformConv.PLAIN),
            ("onnxruntime", DeformConv.NATIVE),
            ("ncnn", DeformConv.NATIVE),
        )
    ]
    orders = [[*(peer.key for peer in peers), OURS]] * 3
    return Comparison(NETWORK, threads, None, "", 0, 0, peers, orders, whole, layers)


class Results(unittest.TestCase):
    """What follows from rounds that are known."""

    def setUp(self):
        times = [
            {"torch": 50.0 * drift, "onnxruntime": 200.0 * drift, "ncnn": 100.0 * drift, OURS: ns}
            for drift, ns in ((1, 70.0), (2, 140.0), (3, 240.0))
        ]
        self.whole = _measured(NETWORK, "network", None, times, ["torch"])
        self.conv = _measured("conv1_1", "conv2d", 10**9, times)
        self.small = _measured("conv9_1", "conv2d", 10**6, times)
        self.deform = _measured("deform1", "deform_conv2d", 10**9, times, ["torch"])

    def test_ratios_are_of_rounds_and_not_of_medians(self):
        ratio = self.whole.ratios()["ncnn"]
        self.assertEqual((ratio.median, ratio.low, ratio.high), (0.7, 0.7, 0.8))

    def test_the_best_peer_computes_the_same(self):
        self.assertEqual(self.whole.best(), "ncnn")
        self.assertEqual(self.conv.best(), "torch")
        self.assertEqual(self.whole.ratios()[BEST], self.whole.ratios()["ncnn"])
        self.whole.replaced = frozenset(self.whole.peers)
        self.assertEqual(self.whole.best(), "torch")

    def test_means_leave_out_what_is_not_the_same(self):
        comparison = _comparison(self.whole, [self.conv, self.small, self.deform])
        self.assertEqual(set(comparison.geometric_means()), {"torch", "onnxruntime", "ncnn", BEST})
        deform = comparison.geometric_means("deform_conv2d")
        self.assertEqual(set(deform), {"onnxruntime", "ncnn", BEST})
        self.assertAlmostEqual(deform[BEST].median, 0.7)
        self.assertAlmostEqual(geometric_mean([1, 4, 2]), 2)

    def test_goals_can_be_met_and_missed(self):
        reached = {
            g.name: g.is_met for g in goals(_comparison(self.whole, [self.conv, self.deform]))
        }
        self.assertEqual(
            reached,
            {
                "whole network / ncnn": True,
                "whole network / onnxruntime": True,
                "each convolution / its best peer": False,
                "best peer / ours, geometric mean of all convolutions": False,
                "best peer / ours, geometric mean of convolutions of 0.1 GFLOP or more": False,
                "deform1: ONNX Runtime / ours": True,
            },
        )
        one = [g.name for g in goals(_comparison(self.whole, [], threads=1))]
        self.assertEqual(one, ["whole network / ncnn"])

    def test_reports_are_json(self):
        report = _comparison(self.whole, [self.conv]).to_json()
        text = json.dumps(report, allow_nan=False)
        self.assertEqual(json.loads(text)["layers"][0]["ratios"]["ncnn"]["median"], 0.7)


class Surroundings(unittest.TestCase):
    """Our program's reports, and packages that are not there."""

    def test_odd_reports_of_ours_are_refused(self):
        row = {"backend": "tiled", "layer": "fc7", "median_ns": 5, "algorithm": "direct"}
        other = row | {"backend": "openblas", "median_ns": 1}
        times = ours.by_layer({"results": [other, row]}, ["fc7"])
        self.assertEqual(times, {"fc7": ours.LayerTime(5, "direct")})
        for rows in ([], [other], [row, row], [row | {"layer": "fc6"}]):
            with self.assertRaises(ValueError):
                ours.by_layer({"results": rows}, ["fc7"])
        for total in ([], [{"backend": "tiled", "end_to_end_ns": 0}]):
            with self.assertRaises(ValueError):
                ours.end_to_end({"network_total": total})

    def test_peers_that_compute_something_else_are_refused(self):
        self.assertIsNone(worker.agreeing("A peer", "fc7", None))
        self.assertEqual(worker.agreeing("A peer", "fc7", 1e-6), 1e-6)
        for error in (0.01, math.nan):
            with self.assertRaises(ComparisonError) as caught:
                worker.agreeing("A peer", "fc7", error)
            self.assertEqual(caught.exception.code, ExitCode.CHECK_FAILED)

    def test_missing_packages_are_named(self):
        absent = PeerEntry("absent", "Absent", "no_such_package", "peer_absent")
        with mock.patch.dict(compare.PEERS, {"absent": absent}):
            self.assertEqual(compare.missing_packages(["absent"]), ["no_such_package"])


if __name__ == "__main__":
    sys.exit(unittest.main())
