/**
 * What a rule says about a host: {@link HostMatcher}, the tables and the literal index that find
 * the matchers of a host quickly, and advice on spellings that cannot match.
 */
@NullMarked
package io.detour.rules.host;

import org.jspecify.annotations.NullMarked;
