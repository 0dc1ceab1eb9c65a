//! Calls, answered and made, over a connection of one's own.
//!
//! There is one connection in each direction and a dozen methods, so a `match` over their
//! names takes the place of a router. Nothing here knows what the methods mean.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::Incoming;
use hyper::client::conn::http2::SendRequest;
use hyper::http::uri::PathAndQuery;
use hyper::{Request, Response, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio_stream::Pending;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::server::{Grpc, ServerStreamingService, StreamingService, UnaryService};
use tonic::{Status, Streaming};
use tonic_prost::ProstCodec;

use crate::socket::Stream;

/// The largest message that is taken. The files of a module come in one.
const LARGEST_MESSAGE: usize = usize::MAX;

/// Room for what a status says, in bytes: diagnostics of the host are long.
const LARGEST_HEADERS: u32 = 1 << 20;

/// Answers a call that takes one message and gives one.
pub async fn unary<M, R, F, A>(request: Request<Incoming>, handler: F) -> Response<Body>
where
    M: Message + Default + 'static,
    R: Message + Default + 'static,
    F: FnMut(M) -> A,
    A: Future<Output = Result<R, Status>>,
{
    Grpc::new(ProstCodec::<R, M>::default())
        .max_decoding_message_size(LARGEST_MESSAGE)
        .max_encoding_message_size(LARGEST_MESSAGE)
        .unary(Unary(handler), request)
        .await
}

/// Answers a call that takes a stream: `handler` gets it. The answer is a stream that stays
/// open and silent for as long as the connection lives.
pub async fn listening<M, R>(request: Request<Incoming>, handler: impl Fn(Streaming<M>) + Send) -> Response<Body>
where
    M: Message + Default + 'static,
    R: Message + Default + 'static,
{
    Grpc::new(ProstCodec::<R, M>::default()).streaming(Listening(handler, std::marker::PhantomData::<R>), request).await
}

/// Answers a call with a stream that stays open and silent.
pub async fn silent<M, R>(request: Request<Incoming>) -> Response<Body>
where
    M: Message + Default + 'static,
    R: Message + Default + 'static,
{
    Grpc::new(ProstCodec::<R, M>::default()).server_streaming(Silent(std::marker::PhantomData::<R>), request).await
}

/// Answers calls over `stream` until it ends.
///
/// # Errors
/// When the other side breaks the rules of HTTP/2, or is gone in the middle of something.
pub async fn serve<S, A>(stream: Stream, service: S) -> Result<(), hyper::Error>
where
    S: Fn(Request<Incoming>) -> A + Clone + 'static,
    A: Future<Output = Response<Body>> + Send + 'static,
{
    let service = hyper::service::service_fn(move |request| {
        let answer = service(request);
        async move { Ok::<_, std::convert::Infallible>(answer.await) }
    });
    hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .max_header_list_size(LARGEST_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .await
}

/// A connection to call methods over. A clone is the same connection.
#[derive(Debug, Clone)]
pub struct Connection {
    requests: SendRequest<Body>,
}

impl Connection {
    /// Says hello over `stream`.
    ///
    /// # Errors
    /// When the other side does not answer in HTTP/2.
    pub async fn over(stream: Stream) -> Result<Self, hyper::Error> {
        let (requests, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
            .max_header_list_size(LARGEST_HEADERS)
            .handshake(TokioIo::new(stream))
            .await?;
        // It ends with the last of the requests' senders; what goes wrong on it, the calls are told.
        tokio::spawn(connection);
        Ok(Self { requests })
    }

    /// Calls the method at `path` with one message, and waits for one.
    ///
    /// # Errors
    /// With what the other side says, or when it does not answer.
    pub async fn call<M, R>(&self, path: &'static str, message: M) -> Result<R, Status>
    where
        M: Message + 'static,
        R: Message + Default + 'static,
    {
        let mut grpc = self.client();
        grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let codec = ProstCodec::<M, R>::default();
        let answer = grpc.unary(tonic::Request::new(message), PathAndQuery::from_static(path), codec).await;
        answer.map(tonic::Response::into_inner)
    }

    /// Calls the method at `path` with the messages of a stream, and gives what comes back.
    ///
    /// # Errors
    /// As for [`Self::call`].
    pub async fn stream<M, R>(
        &self,
        path: &'static str,
        messages: impl tokio_stream::Stream<Item = M> + Send + 'static,
    ) -> Result<Streaming<R>, Status>
    where
        M: Message + 'static,
        R: Message + Default + 'static,
    {
        let mut grpc = self.client();
        grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let codec = ProstCodec::<M, R>::default();
        let answer = grpc.streaming(tonic::Request::new(messages), PathAndQuery::from_static(path), codec).await;
        answer.map(tonic::Response::into_inner)
    }

    fn client(&self) -> tonic::client::Grpc<Self> {
        tonic::client::Grpc::with_origin(self.clone(), Uri::from_static("http://unused"))
            .max_decoding_message_size(LARGEST_MESSAGE)
            .max_encoding_message_size(LARGEST_MESSAGE)
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Incoming>, hyper::Error>> + Send>>;

impl GrpcService<Body> for Connection {
    type ResponseBody = Incoming;
    type Error = hyper::Error;
    type Future = Answer;

    fn poll_ready(&mut self, ctx: &mut Context<'_>) -> Poll<Result<(), hyper::Error>> {
        self.requests.poll_ready(ctx)
    }

    fn call(&mut self, request: Request<Body>) -> Answer {
        Box::pin(self.requests.send_request(request))
    }
}

struct Unary<F>(F);

impl<M, R, F, A> UnaryService<M> for Unary<F>
where
    F: FnMut(M) -> A,
    A: Future<Output = Result<R, Status>>,
{
    type Response = R;
    type Future = Responding<A>;

    fn call(&mut self, request: tonic::Request<M>) -> Self::Future {
        Responding(Box::pin((self.0)(request.into_inner())))
    }
}

/// A message on its way into a response.
struct Responding<A>(Pin<Box<A>>);

impl<R, A: Future<Output = Result<R, Status>>> Future for Responding<A> {
    type Output = Result<tonic::Response<R>, Status>;

    fn poll(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(ctx).map_ok(tonic::Response::new)
    }
}

struct Listening<F, R>(F, std::marker::PhantomData<R>);

impl<M, R, F: Fn(Streaming<M>)> StreamingService<M> for Listening<F, R> {
    type Response = R;
    type ResponseStream = Pending<Result<R, Status>>;
    type Future = std::future::Ready<Result<tonic::Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: tonic::Request<Streaming<M>>) -> Self::Future {
        (self.0)(request.into_inner());
        std::future::ready(Ok(tonic::Response::new(tokio_stream::pending())))
    }
}

struct Silent<R>(std::marker::PhantomData<R>);

impl<M, R> ServerStreamingService<M> for Silent<R> {
    type Response = R;
    type ResponseStream = Pending<Result<R, Status>>;
    type Future = std::future::Ready<Result<tonic::Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, _request: tonic::Request<M>) -> Self::Future {
        std::future::ready(Ok(tonic::Response::new(tokio_stream::pending())))
    }
}
