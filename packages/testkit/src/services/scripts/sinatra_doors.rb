# Sinatra with Rack's Basic in front of one application and Rack's session in another, as their documentation shows.
require "sinatra/base"
require "rack/auth/basic"
require "rack/handler/webrick"
require "logger"

class Guarded < Sinatra::Base
  use Rack::Auth::Basic, "Restricted Area" do |username, password|
    ["anna", "bert", "cleo"].include?(username) && password == "pass-#{username}"
  end
  get("/:id") { "record #{params["id"]}\n" }
end

class Members < Sinatra::Base
  enable :sessions
  set :protection, except: :session_hijacking
  set :session_secret, "a secret of the services under test that is long enough to be taken as one 0123456789"
  post("/sessions/:name") do
    session[:name] = params["name"]
    "record signed in\n"
  end
  get("/members/:id") do
    redirect "/login" unless session[:name]
    "record #{params["id"]}\n"
  end
end

app = Rack::URLMap.new("/records" => Guarded, "/" => Members)
Rack::Handler::WEBrick.run(app, Host: "127.0.0.1", Port: ARGV[0].to_i, Logger: Logger.new(File::NULL), AccessLog: [])
