package io.detour.server.dial;

/** What a connection is for, which says how a parent proxy is asked. */
public enum Purpose {
  /** Bytes of any kind: an HTTP parent is asked for a tunnel by CONNECT. */
  TUNNEL,
  /** Plain HTTP requests: an HTTP parent takes them as they are, in absolute-form. */
  REQUESTS
}
