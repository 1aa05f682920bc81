/** Lines of access logs as raw events; no I/O. */
@NullMarked
package io.tidemark.collect.accesslog;

import org.jspecify.annotations.NullMarked;
