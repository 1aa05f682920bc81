package io.tidemark.collect.traffic;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Zipf's law: the n-th most popular of some things is chosen {@code 1 / n} times as often as the first. */
final class Popularity {
    private final double[] upTo;

    Popularity(int things) {
        this.upTo = new double[things];
        double sum = 0;
        for (int i = 0; i < things; i++) {
            sum += 1.0 / (i + 1);
            upTo[i] = sum;
        }
    }

    /** An index, the most popular is 0. */
    int any(RandomGenerator random) {
        int found = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
        return found < 0 ? -found - 1 : Math.min(found + 1, upTo.length - 1);
    }
}
