/**
 * The file format of the rules: YAML text into a {@link io.detour.rules.RuleSet}, or into every
 * problem that the text has, each with line and column.
 *
 * <p>The way in is {@link RuleFile}. The text becomes a tree of located nodes, strict readers walk
 * the tree and collect problems instead of stopping at the first. Jackson's token stream does the
 * YAML; its data binding is not used, because it knows no line of a value that it has bound.
 */
@NullMarked
package io.detour.rules.yaml;

import org.jspecify.annotations.NullMarked;
