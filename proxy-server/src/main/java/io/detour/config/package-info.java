/**
 * The configuration file: YAML text into a {@link io.detour.config.Configuration}, or into every
 * problem that the text has, each with line and column. {@code docs/configuration.md} describes the
 * keys.
 *
 * <p>The way in is {@link io.detour.config.ConfigurationFile}; {@link
 * io.detour.config.ConfigurationYaml} writes what it reads.
 */
@NullMarked
package io.detour.config;

import org.jspecify.annotations.NullMarked;
