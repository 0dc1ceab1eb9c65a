//! Where the host listens, for each of its checks.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;
use tonic::Status;

use crate::wire::ConnInfo;

/// How long the host may take to say where it listens.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the host has said and nobody has asked for yet, by number.
#[derive(Debug, Default)]
pub(crate) struct Broker {
    known: Mutex<HashMap<u32, ConnInfo>>,
    arrived: Notify,
}

impl Broker {
    /// The host has said this.
    pub(crate) fn add(&self, info: ConnInfo) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(info.service_id, info);
        self.arrived.notify_waiters();
    }

    /// What the host says of `id`, before or after this is asked.
    ///
    /// # Errors
    /// When it says nothing for five seconds.
    pub(crate) async fn info(&self, id: u32) -> Result<ConnInfo, Status> {
        let said = timeout(PATIENCE, async {
            loop {
                // Made before the look: what arrives after it wakes this.
                let arrived = self.arrived.notified();
                if let Some(info) = self.take(id) {
                    return info;
                }
                arrived.await;
            }
        });
        said.await.map_err(|_| Status::invalid_argument("timeout waiting for connection info"))
    }

    fn take(&self, id: u32) -> Option<ConnInfo> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn info(service_id: u32) -> ConnInfo {
        ConnInfo { service_id, ..ConnInfo::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn it_may_be_said_before_or_after_it_is_asked_for() {
        let broker = Arc::new(Broker::default());
        broker.add(info(1));
        assert_eq!(broker.info(1).await.unwrap(), info(1));
        let asking = tokio::spawn({
            let broker = Arc::clone(&broker);
            async move { broker.info(3).await }
        });
        tokio::task::yield_now().await;
        broker.add(info(2));
        tokio::task::yield_now().await;
        broker.add(info(3));
        assert_eq!(asking.await.unwrap().unwrap(), info(3));
        assert_eq!(broker.info(2).await.unwrap(), info(2));
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends() {
        let refused = Broker::default().info(1).await.unwrap_err();
        assert_eq!(refused.code(), tonic::Code::InvalidArgument);
        assert_eq!(refused.message(), "timeout waiting for connection info");
    }
}
