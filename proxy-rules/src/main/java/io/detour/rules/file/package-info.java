/**
 * The file format of the rules: YAML text into a {@link io.detour.rules.RuleSet}, or into every
 * problem that the text has, each with line and column.
 *
 * <p>The way in is {@link io.detour.rules.file.RuleFiles}. Strict readers walk the tree of {@link
 * io.detour.rules.document}.
 */
@NullMarked
package io.detour.rules.file;

import org.jspecify.annotations.NullMarked;
