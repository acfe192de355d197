/**
 * Writes rules in the languages of other systems: a PAC file, a hosts file, dnsmasq, CoreDNS,
 * Chromium, nginx.
 *
 * <p>What goes in is {@link io.detour.rules.generate.NameRules}: which names a rule is for and what
 * becomes of them, in Detour's order, in which the first rule that matches decides. What comes out
 * is {@link io.detour.rules.generate.Generated}: the text, and a note for everything that the other
 * system does differently. The notes stand in the text as comments, too.
 *
 * <p>The other systems know other orders, mostly that the longest name wins. The generators bring
 * about the same decisions, and where that is impossible, a name is rather <em>left alone</em>, as
 * if no rule matched it, than led to a wrong host. That is also what becomes of a rule with
 * conditions that only Detour knows. Nothing is read, resolved or written here; any thread.
 */
@NullMarked
package io.detour.rules.generate;

import org.jspecify.annotations.NullMarked;
