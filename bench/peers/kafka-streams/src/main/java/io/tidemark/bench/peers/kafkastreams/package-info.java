@NullMarked
package io.tidemark.bench.peers.kafkastreams;

import org.jspecify.annotations.NullMarked;
