/** Tests of the ledger. */
@NullMarked
package io.detour.ops.ledger;

import org.jspecify.annotations.NullMarked;
