/** Events and their codecs, time parsing and window arithmetic. No I/O, no framework. */
@NullMarked
package io.tidemark.model;

import org.jspecify.annotations.NullMarked;
