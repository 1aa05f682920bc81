/** Windows and sessions rolled up to hours, days and months, by Apache Spark. */
@NullMarked
package io.tidemark.rollup;

import org.jspecify.annotations.NullMarked;
