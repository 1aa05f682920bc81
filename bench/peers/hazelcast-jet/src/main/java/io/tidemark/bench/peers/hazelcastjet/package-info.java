@NullMarked
package io.tidemark.bench.peers.hazelcastjet;

import org.jspecify.annotations.NullMarked;
