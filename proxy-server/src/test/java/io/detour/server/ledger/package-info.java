/** Tests of the ledger. */
@NullMarked
package io.detour.server.ledger;

import org.jspecify.annotations.NullMarked;
