@NullMarked
package io.tidemark.bench.peers.flinksql;

import org.jspecify.annotations.NullMarked;
