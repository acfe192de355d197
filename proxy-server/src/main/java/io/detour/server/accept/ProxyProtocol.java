package io.detour.server.accept;

/** Whether a client's connection begins with a header of HAProxy's PROXY protocol. */
public enum ProxyProtocol {
  /** It does not. */
  OFF,
  /** It does, in text. */
  V1,
  /** It does, in binary. */
  V2,
  /** It does, in either form. */
  AUTO
}
