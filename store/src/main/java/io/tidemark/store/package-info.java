/** The Postgres side: schema, every SQL statement, bulk writers and queries. */
@NullMarked
package io.tidemark.store;

import org.jspecify.annotations.NullMarked;
