package io.detour.core;

/** Why a direction that streams copies its bytes, or went back to copying them. */
public enum SpliceFallback {
  /** Its reads became small, for which copying is cheaper. Nothing is wrong. */
  SMALL_READS,
  /** An urgent byte came, which splice never gets past. */
  URGENT_DATA,
  /** As many pipes are open as there may be. */
  PIPE_LIMIT,
  /** The kernel gave no pipe, or one too small to be of use: the user's ration is used up. */
  PIPE_REFUSED,
  /** The kernel, or a sandbox, refused to splice from or to this socket. */
  SPLICE_REFUSED
}
