@NullMarked
package io.tidemark.bench.report;

import org.jspecify.annotations.NullMarked;
