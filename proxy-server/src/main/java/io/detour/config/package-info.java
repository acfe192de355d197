/**
 * The configuration file: YAML text into a {@link io.detour.config.Configuration}, or into every
 * problem that the text has, each with line and column. {@code docs/configuration.md} describes the
 * keys.
 *
 * <p>A key is a constant of {@link io.detour.config.ConfigurationKey}: name, kind, bounds, default.
 * {@link io.detour.config.ConfigurationFile} reads all of them and {@link
 * io.detour.config.ConfigurationYaml} writes them; whatever needs one calls {@link
 * io.detour.config.Configuration#get}.
 */
@NullMarked
package io.detour.config;

import org.jspecify.annotations.NullMarked;
