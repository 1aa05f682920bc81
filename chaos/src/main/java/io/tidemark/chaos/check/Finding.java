package io.tidemark.chaos.check;

import static java.util.Objects.requireNonNull;

/**
 * An invariant that does not hold.
 *
 * @param check name of the check that found it
 * @param difference what is not as it must be
 */
public record Finding(String check, String difference) {
    public Finding {
        requireNonNull(check, "check is null");
        requireNonNull(difference, "difference is null");
    }

    @Override
    public String toString() {
        return check + ": " + difference;
    }
}
