import { numbered } from './numbered.ts'

/** Names of socket families (AF_* of `linux/socket.h`); inet and inet6 are called ipv4 and ipv6, as Elastic does. */
export const SOCKET_FAMILIES = numbered(
  `unspec unix ipv4 ax25 ipx appletalk netrom bridge atmpvc x25 ipv6 rose decnet netbeui security key netlink packet ash
  econet atmsvc rds sna irda pppox wanpipe llc ib mpls can tipc bluetooth iucv rxrpc isdn phonet ieee802154 caif alg
  nfc vsock kcm qipcrtr smc xdp mctp`,
)
