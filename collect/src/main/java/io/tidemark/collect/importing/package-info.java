/** Files and streams of log lines into the raw topic, with every line accounted for. */
@NullMarked
package io.tidemark.collect.importing;

import org.jspecify.annotations.NullMarked;
