@NullMarked
package io.tidemark.stream.session;

import org.jspecify.annotations.NullMarked;
