/** Event time of the jobs that read the enriched topic: watermarks, and what Kafka tells of quiet partitions. */
@NullMarked
package io.tidemark.stream.time;

import org.jspecify.annotations.NullMarked;
