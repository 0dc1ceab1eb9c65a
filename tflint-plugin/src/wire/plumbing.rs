//! What every plugin of this kind has to say, whatever it is for.

/// No field at all.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct Empty {}

/// Asks whether a service is up.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct HealthRequest {
    /// Which.
    #[prost(string, tag = "1")]
    pub service: String,
}

/// Says whether it is.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct HealthResponse {
    /// [`SERVING`] if it is.
    #[prost(int32, tag = "1")]
    pub status: i32,
}

/// [`HealthResponse::status`] of a service that is up.
pub const SERVING: i32 = 1;

/// Where one side listens for the other.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct ConnInfo {
    /// For which purpose, by a number that is used once.
    #[prost(uint32, tag = "1")]
    pub service_id: u32,
    /// `unix` or `tcp`
    #[prost(string, tag = "2")]
    pub network: String,
    /// The path of a socket, or an address and a port.
    #[prost(string, tag = "3")]
    pub address: String,
    /// For several channels over one connection, which is not agreed upon.
    #[prost(message, optional, tag = "4")]
    pub knock: Option<Knock>,
}

/// Asks for a channel, or grants it.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Knock {
    /// Asks.
    #[prost(bool, tag = "1")]
    pub knock: bool,
    /// Grants.
    #[prost(bool, tag = "2")]
    pub ack: bool,
    /// Why not.
    #[prost(string, tag = "3")]
    pub error: String,
}

/// What the plugin prints. It prints nothing.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct StdioData {
    /// 1 for standard output, 2 for standard error.
    #[prost(int32, tag = "1")]
    pub channel: i32,
    /// The bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub data: Vec<u8>,
}
