//! Where the two sides meet: sockets in the file system where there are such, ports of the
//! machine itself elsewhere.

use std::io;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Mutex;
#[cfg(unix)]
use std::sync::PoisonError;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};

use crate::wire::ConnInfo;

/// A connection, whatever it runs over.
pub struct Stream(Pin<Box<dyn Duplex>>);

trait Duplex: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Duplex for T {}

/// A place to be called at.
pub struct Listener {
    kind: Kind,
    file: SocketFile,
}

enum Kind {
    #[cfg(unix)]
    Unix(UnixListener),
    Tcp(TcpListener),
}

/// The file of a socket, which has to be removed once.
#[derive(Debug, Default)]
pub(crate) struct SocketFile(#[cfg(unix)] Mutex<Option<PathBuf>>, #[cfg(not(unix))] Mutex<()>);

impl Stream {
    fn new(stream: impl AsyncRead + AsyncWrite + Send + 'static) -> Self {
        Self(Box::pin(stream))
    }

    /// Calls where `info` says.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn connect(info: &ConnInfo) -> io::Result<Self> {
        match info.network.as_str() {
            #[cfg(unix)]
            "unix" => UnixStream::connect(&info.address).await.map(Self::new),
            "tcp" => {
                let stream = TcpStream::connect(&info.address).await?;
                stream.set_nodelay(true)?;
                Ok(Self::new(stream))
            }
            network => Err(io::Error::other(format!("there is no network `{network}` here"))),
        }
    }
}

/// The longest path of a socket that every system takes, in bytes.
#[cfg(unix)]
const LONGEST_PATH: usize = 103;

impl Listener {
    /// Listens at a place that nobody else uses. `directory` is where sockets lie.
    ///
    /// # Errors
    /// When there is no such place.
    #[cfg(unix)]
    pub fn open(directory: &Path) -> io::Result<Self> {
        let path = (0..u32::MAX).map(|attempt| directory.join(format!("plugin{}-{attempt}", std::process::id())));
        for path in path {
            // A path that is too long is no path of a socket.
            let path = if path.as_os_str().len() > LONGEST_PATH { shortened(&path) } else { path };
            match UnixListener::bind(&path) {
                Ok(listener) => {
                    return Ok(Self { kind: Kind::Unix(listener), file: SocketFile(Mutex::new(Some(path))) });
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AddrInUse.into())
    }

    /// Listens at a free port of the machine itself, one of `ports`.
    ///
    /// # Errors
    /// When none is free.
    pub async fn open_port(ports: std::ops::RangeInclusive<u16>) -> io::Result<Self> {
        for port in ports {
            match TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await {
                Ok(listener) => return Ok(Self { kind: Kind::Tcp(listener), file: SocketFile::default() }),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AddrInUse.into())
    }

    /// Where that is: the network and the address in it.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn place(&self) -> io::Result<(&'static str, String)> {
        match &self.kind {
            #[cfg(unix)]
            Kind::Unix(listener) => {
                let address = listener.local_addr()?;
                let path = address.as_pathname().and_then(Path::to_str).map(str::to_owned);
                Ok(("unix", path.ok_or_else(|| io::Error::other("the path of the socket is not UTF-8"))?))
            }
            Kind::Tcp(listener) => Ok(("tcp", listener.local_addr()?.to_string())),
        }
    }

    /// Waits for the next call.
    ///
    /// # Errors
    /// When the system cannot take it.
    pub async fn accept(&self) -> io::Result<Stream> {
        match &self.kind {
            #[cfg(unix)]
            Kind::Unix(listener) => listener.accept().await.map(|(stream, _)| Stream::new(stream)),
            Kind::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Stream::new(stream))
            }
        }
    }

    /// The file of the socket, for others to remove.
    pub(crate) fn into_file(self) -> SocketFile {
        self.file
    }
}

/// The same name in the directory for temporary files that every system has.
#[cfg(unix)]
fn shortened(path: &Path) -> PathBuf {
    Path::new("/tmp").join(path.file_name().unwrap_or_default())
}

impl SocketFile {
    /// Removes the file, if it is still there: who is connected stays so.
    pub(crate) fn remove(&self) {
        #[cfg(unix)]
        if let Some(path) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Somebody else may have tidied up.
            let _gone = std::fs::remove_file(path);
        }
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        self.remove();
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, ctx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_read(ctx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, ctx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.0.as_mut().poll_write(ctx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_flush(ctx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_shutdown(ctx)
    }
}
