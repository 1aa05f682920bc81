/** What is measured on: events from a seed, and the counts that are right for them. */
@NullMarked
package io.tidemark.bench.input;

import org.jspecify.annotations.NullMarked;
