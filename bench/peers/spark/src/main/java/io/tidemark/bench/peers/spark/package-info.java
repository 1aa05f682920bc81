@NullMarked
package io.tidemark.bench.peers.spark;

import org.jspecify.annotations.NullMarked;
