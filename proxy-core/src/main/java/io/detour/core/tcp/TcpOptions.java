package io.detour.core.tcp;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import java.io.IOException;

/** The options that a TCP connection has beyond those of every channel. */
final class TcpOptions extends DefaultChannelConfig {
  private final TcpChannel connection;
  private boolean allowHalfClosure;

  TcpOptions(TcpChannel connection) {
    super(connection);
    this.connection = connection;
  }

  boolean allowsHalfClosure() {
    return allowHalfClosure;
  }

  @Override
  @SuppressWarnings("unchecked") // the type of the option's value
  public <T> T getOption(ChannelOption<T> option) {
    try {
      if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
        return (T) Boolean.valueOf(allowHalfClosure);
      }
      if (option.equals(ChannelOption.TCP_NODELAY)) {
        return (T) Boolean.valueOf(connection.options().isTcpNoDelay());
      }
      if (option.equals(ChannelOption.SO_LINGER)) {
        return (T) Integer.valueOf(connection.options().getSoLinger());
      }
      return super.getOption(option);
    } catch (IOException e) {
      throw new ChannelException("option " + option, e);
    }
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    try {
      if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
        allowHalfClosure = (Boolean) value;
      } else if (option.equals(ChannelOption.TCP_NODELAY)) {
        connection.options().setTcpNoDelay((Boolean) value);
      } else if (option.equals(ChannelOption.SO_LINGER)) {
        connection.options().setSoLinger((Integer) value);
      } else if (option.equals(ChannelOption.SO_RCVBUF)) {
        connection.options().setReceiveBufferSize((Integer) value);
      } else if (option.equals(ChannelOption.SO_SNDBUF)) {
        connection.options().setSendBufferSize((Integer) value);
      } else {
        return super.setOption(option, value);
      }
      return true;
    } catch (IOException e) {
      throw new ChannelException("option " + option, e);
    }
  }

  /** Nothing more is read, whatever has been asked for. */
  @Override
  protected void autoReadCleared() {
    connection.reader().forget();
  }
}
