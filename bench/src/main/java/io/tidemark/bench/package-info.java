/** How fast Tidemark is, beside its peers and the limits of the machine; never shipped. */
@NullMarked
package io.tidemark.bench;

import org.jspecify.annotations.NullMarked;
